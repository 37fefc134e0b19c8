"""Small documents by the hundred thousand, made from a seed: sentences of the genre put together from parts.

Each unit hands in four years; one document in a hundred is another one's text with a few characters changed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

YEARS = (2019, 2020, 2021, 2022)
COPIES = 0.01
PEOPLE = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志红玉兰春梅海燕晓东立新文斌"
COUNTIES = "清平安宁永福长新东西南北龙凤云金石河江湖泉山林桥阳丰和兴顺泰"
KINDS = (
    "第{n}小学", "第{n}中学", "实验学校", "中心幼儿园", "{c}纺织有限公司", "{c}机械制造有限公司", "供水公司", "人民医院",
    "{c}食品有限公司", "{c}物流有限公司", "供电所", "{c}建材有限公司", "职业技术学校", "公交公司", "环卫所", "{c}电子有限公司",
)  # fmt: skip
ACTORS = (
    "女职工委员会", "后勤组", "一线班组", "工会小组", "经审小组", "青年职工", "退管会", "劳模工作室", "职工代表", "安全员",
    "宣传委员", "生产车间", "文体协会", "食堂管理组", "维修班", "包装线", "教研组", "护理部", "检验科", "车队", "仓储部",
    "财务室", "毕业班教师", "新入职员工", "夜班工人", "志愿服务队", "帮困基金会", "技术骨干", "家属委员会", "销售部",
)  # fmt: skip
WHEN = (
    "元旦前后", "开春以后", "清明时节", "五一期间", "暑假里", "入伏之后", "中秋前夕", "国庆过后", "立冬那周", "年底",
    "招工旺季", "开学之初", "防汛阶段", "检修停产时", "换届之后", "端午当天", "上半年", "第三季度", "寒潮来时", "重阳节",
    "农忙时", "考核之前",
)  # fmt: skip
DEEDS = (
    "清点了{o}{s}件", "修缮{o}{u}处", "为{t}户人家送去{o}", "围绕{o}座谈{u}场", "把{o}交给{b}人试用", "就{o}提出意见{s}条",
    "轮流照看{o}", "购置{o}花费{y}元", "拿出{y}元改善{o}", "请{name}讲解{o}", "由{name}负责{o}", "登记{o}共{b}份",
    "核对{o}台账", "给{s}个岗位配齐{o}", "腾出房间摆放{o}", "对{o}回访{t}次", "把{o}列入公开栏", "带领{b}人参观{o}",
    "商定{o}的办法", "争取到{o}的名额{u}个", "收回{o}的调查表{b}张", "为{o}募集{y}元", "排查{o}隐患{s}个",
    "教会{s}名同事使用{o}",
)  # fmt: skip
THINGS = (
    "淋浴设备", "防暑药品", "职工书屋", "雨鞋手套", "乒乓球台", "子女托管", "哺乳小屋", "互助保险", "集体合同", "工资单",
    "体检名单", "宿舍线路", "爱心冰柜", "急救箱", "电动车棚", "技能等级", "师徒协议", "叉车培训", "焊接比武", "歌咏队",
    "健步走路线", "摄影展板", "法律咨询", "心理热线", "大病救助", "金秋助学款", "春联年画", "厂务公开", "消防器材",
    "班车时刻", "食堂菜谱", "降噪耳塞", "合理化建议", "节水装置", "劳模事迹", "女工权益", "疗休养", "带薪假", "棋牌室",
    "健身器械", "图书目录", "困难档案", "慰问品", "工伤预防", "巡回义诊", "读书角", "太极拳班", "厨艺展示", "亲子活动",
    "旧衣回收", "植树工具", "献血车", "安全帽", "值班表", "满意度", "提案箱", "微信群", "广播稿", "光荣榜", "维权案例",
)  # fmt: skip
ENDS = (
    "反响热烈", "一次办成", "仍缺人手", "月底验收", "账目张榜", "没有拖延", "花销比上年少", "群众点头", "留有影像",
    "尚待完善", "形成惯例", "受到表扬", "下次扩大", "效果一般", "及时结清", "还差一半", "人人知晓", "存入档案", "正在跟进",
    "已经见效", "家属也来帮忙", "未出差错",
)  # fmt: skip
FACTS = (
    "在册职工{a}人，会员{m}人。", "女会员{b}名。", "新会员{s}名。", "入会率{p}%。", "慰问困难职工{t}户，发放慰问金{y}元。",
    "体检{b}人。", "职代会收到提案{t}件。", "经费支出{y}元。", "活动{u}次。", "{name}获评先进。",
)  # fmt: skip


def unit_of(no: int) -> tuple[str, str]:
    """The folder and the name of a unit."""
    dice = random.Random(f"unit {no}")
    county = f"{COUNTIES[no // 900 % len(COUNTIES)]}{COUNTIES[no // 27000 % len(COUNTIES)]}县"
    town = f"{dice.choice(COUNTIES)}{COUNTIES[no // 30 % len(COUNTIES)]}镇"
    kind = KINDS[no % len(KINDS)].format(n="一二三四五六七八九"[no // 16 % 9], c=dice.choice(COUNTIES) + dice.choice(COUNTIES))
    return f"{county}/{no // 30:05d}", f"{county}{town}{kind}"


def text_of(no: int) -> str:
    """The text of a document."""
    dice = random.Random(f"document {no}")
    _, unit = unit_of(no // len(YEARS))
    year = YEARS[no % len(YEARS)]
    if no > 100 and dice.random() < COPIES:
        lines = text_of(dice.randrange(no // 100 * 100)).split("\n")
        body = "".join(dice.choice("的了在和") if dice.random() < 0.01 else c for c in lines[1])
        return f"{unit}工会{year}年工作总结\n{body}\n{unit}工会\n{year}年12月{dice.randrange(10, 29)}日\n"
    length, said = dice.choice((50, 60, 70, 90, 130)), []
    while sum(map(len, said)) < length:
        a = dice.randrange(40, 900)
        deed = f"{dice.choice(WHEN)}{dice.choice(ACTORS)}{dice.choice(DEEDS)}，{dice.choice(ENDS)}。"
        said.append(
            dice.choice((deed, deed, dice.choice(FACTS))).format(
                a=a, b=dice.randrange(12, a), m=dice.randrange(30, a + 1), p=dice.randrange(70, 100), s=dice.randrange(3, 60),
                t=dice.randrange(2, 30), u=dice.randrange(1, 9), y=dice.randrange(3, 500) * 100, o=dice.choice(THINGS),
                name=person(dice),
            )
        )  # fmt: skip
    return f"{unit}工会{year}年工作总结\n{''.join(said)}\n{unit}工会\n{year}年12月{dice.randrange(10, 29)}日\n"


def person(dice: random.Random) -> str:
    """A name that nobody has in particular."""
    return dice.choice(PEOPLE) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))


def write(root: Path, count: int) -> int:
    """The first ``count`` documents below ``root``; their characters."""
    characters = 0
    for path, text in documents(count):
        characters += len(text)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    return characters


def documents(count: int) -> Iterator[tuple[Path, str]]:
    """Path and text of each."""
    for no in range(count):
        folder, _ = unit_of(no // len(YEARS))
        yield Path(folder) / f"{no // len(YEARS):06d}-{YEARS[no % len(YEARS)]}.txt", text_of(no)
