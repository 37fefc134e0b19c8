"""HTML: the visible text in document order, a line a block, cells joined by bars."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.ingest import ingest
from pipeline.ingest.html import visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>甲<p>乙", "甲\n乙"),
        ("<h1>总结</h1><div>一、<b>学习</b>。</div>末", "总结\n一、学习。\n末"),
        ("甲<br>乙<br/>丙", "甲\n乙\n丙"),
        ("<ul><li>一</li><li>二<ul><li>三</li></ul></li></ul>", "一\n二\n三"),
        ("<table><tr><th>月份</th><th>活动</th></tr><tr><td>三月<td><p>踏青</p></table>", "月份 | 活动\n三月 | 踏青"),
        ("<table><tr><td>甲</td><td></td><td>丙</td></tr></table>", "甲 |  | 丙"),
        ("<table><tr><td><h1>总结</h1><p>一</p><p>二</p></td></tr></table>", "总结\n一\n二"),
        ("<table><tr><td><table><tr><td>甲</td><td>乙</td></tr></table></td></tr></table>", "甲 | 乙"),
        ("<style>p{}</style><script>var a='工会'</script><noscript>x</noscript><p>工会</p>", "工会"),
        ("<title>页</title><p>工会</p>", "工会"),
        ("<p hidden>a</p><p style='display: none'>b</p><input type=hidden value=c><p>工会<!-- d --></p>", "工会"),
        ("<p>工&amp;会&nbsp;&#24037;&#x4f1a;</p>", "工&会\u00a0工会"),
        ("<p>全体\n   会员</p>", "全体 会员"),
        ("<pre>一\n二</pre>", "一\n二"),
        ("<p>工<ruby>会<rp>(</rp><rt>huì</rt><rp>)</rp></ruby></p>", "工会"),
        ("<nav><a>首页</a> &gt; <a>总结</a></nav><p>工会</p>", "首页 > 总结\n工会"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body><p>工会</p></body></html>", "工会"),
        ("<p>工\0会</p>", "工会"),
        ("<p>未闭合 <b>粗", "未闭合 粗"),
        ("没有标记", "没有标记"),
        ("<!-- 只有注释 -->", ""),
    ],
)  # fmt: skip
def test_visible_text(html: str, text: str) -> None:
    assert visible_text(html.encode()).text == text


PAGE = (
    "<html><head><meta {}></head><body>"
    "<p>我校工会在上级工会和学校党支部的领导下，认真履行职责，团结全体教职工，完成了任务，现总结如下。</p></body></html>"
)


@pytest.mark.parametrize(
    ("meta", "codec", "encoding"),
    [
        ("charset=gb2312", "gbk", "gb18030"),
        ('http-equiv="Content-Type" content="text/html; charset=GBK"', "gbk", "gb18030"),
        ("charset='utf-8'", "utf-8", "utf-8"),
        ("charset=utf-8", "gbk", "gb18030"),  # a page that lies
        ("charset=klingon", "utf-8", "utf-8"),
        ("name=x", "utf-8-sig", "utf-8"),
    ],
)
def test_encoding(meta: str, codec: str, encoding: str) -> None:
    decoded = visible_text(PAGE.format(meta).encode(codec))
    assert decoded.encoding == encoding
    assert decoded.text.startswith("我校工会")


def test_no_external_entity_is_read() -> None:
    page = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>工会&x;</p>'
    assert "工会&x;" in visible_text(page.encode()).text


def test_deep_nesting_and_breadth() -> None:
    assert "工会" in visible_text(("<div>" * 1_000 + "工会").encode()).text
    with pytest.raises(SourceError, match="nested too deep"):
        visible_text(("<div>" * 20_000 + "工会").encode())
    assert len(visible_text(("<table>" + "<tr><td>甲<td>乙" * 20_000).encode()).text) > 100_000


def test_navigation_is_cut_by_the_noise_stage() -> None:
    body = (
        "一年来，我校工会在上级工会的领导下，认真履行各项职能，团结带领全体教职工，为学校的改革和发展作出了应有的贡献，请审议。"
    )
    page = f"<div><a>首页</a> &gt; <a>总结</a> &gt; <a>工会</a></div><h1>杨柳小学工会总结</h1><p>{body}</p><p>上一篇：计划</p>"
    ingested = ingest(page.encode(), "a.html")
    (part,) = ingested.parts
    assert ingested.source.raw[part.start : part.end] == f"杨柳小学工会总结\n{body}"
    assert [noise.reason for noise in ingested.noise] == ["breadcrumb", "related_links"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/=&;\"' pdivtabletrdbrscriptstyle工会\0\r\n!-", max_size=120))
def test_any_markup_gives_a_text(html: str) -> None:
    assert "\n\n" not in visible_text(html.encode()).text
