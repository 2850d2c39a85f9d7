"""Names on the map: communities, streets, lanes, compounds and sites."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

__all__ = ["Names", "community_names", "division_names"]


def _words(text: str) -> list[str]:
    return text.split()


_STREETS = _words(
    """
    开元 富阳 银河 安康 正安 华阳 新元 泺河 永康 建设 人民
    文化 学府 龙海 青年 光明 和平 胜利 兴济 澄波 闻韶 泉韵
    济北 长安 富强 民生 团结 友谊 迎宾 崇文 尚德 明德 汇泉
    仁风 孙耿 曲堤 垛石 回河 太平 新市 银山 鹊山 黄河 玉泉
    翠屏 春晖 朝阳 望岳
    """
)
_LANES = _words(
    """
    柳荫 槐花 文昌 染坊 铁匠 豆腐 油坊 书院 钟楼 鼓楼 牌坊
    城隍 关帝 火神 南园 北园 东井 西井 甜水 盐店 米市 菜市
    驴市 花店 马号 会馆 影壁 竹竿 棉花 布政 观音 枣园 杏花
    梨园 荷花 芦苇 石桥 木桥 水门 小南 后营 前营 粮库 供销
    电影 邮局 车站 学堂 幸福 和睦 安居 乐业 吉祥 如意 平安
    顺和 民乐 康宁 永兴 同心 勤俭 红星 向阳 前进
    """
)
_ESTATES = _words(
    """
    银河 阳光 翡翠 金色 碧水 锦绣 澄波 安康 华阳 龙海 富阳
    泺水 济水 泉景 鲁韵 闻韶 正安 开元 御景 盛世 名仕 东方
    世纪 黄河 新元 香榭 枫林 银杏 海棠 紫薇 丁香 玉兰 文博
    学府 书香 和谐 康居 都市 城南 城北 明珠 祥和 瑞景 悦澜
    云锦 星河 龙湾 翠湖
    """
)
_FIRMS = _words(
    """
    化肥厂 棉纺厂 农机厂 供销社 粮食局 教育局 酒厂 面粉厂 造纸厂
    木器厂 油棉厂 运输公司 建筑公司 食品公司 百货公司 水利局
    邮电局 物资局 轴承厂 砖瓦厂 缫丝厂 机械厂 煤炭公司
    """
)
_VILLAGES = _words(
    """
    张辛 东郭 窑头 陈朝 杨家寨 韩家 榆梁 北高 小邝 大邝 苟王
    三里井 杜家 何家 金家 尹家 邢家 肖家 梁家 徐庙 呼家 赵胡
    前辛 葛店 肖王 孟家 小任
    """
)
_ENDINGS = {
    "old": ("小区", "新村", "宿舍", "家属院", "生活区"),
    "resettlement": ("新居", "家园", "安置小区", "新苑"),
    "commodity": (
        "花园",
        "华府",
        "城",
        "公馆",
        "苑",
        "名邸",
        "丽景",
        "广场",
        "国际",
        "湾",
    ),
}
_SITES = {
    "school": ("实验小学", "中学", "小学", "实验中学", "学校", "中心小学"),
    "park": ("公园", "游园", "体育公园"),
    "office": ("大厦", "商务中心", "科技大厦", "政务中心"),
    "factory": ("食品厂", "机械厂", "纺织厂", "建材厂", "物流园", "印务厂"),
    "market": ("农贸市场", "集贸市场", "建材市场"),
    "mall": ("购物中心", "百货大楼", "时代广场"),
    "hospital": ("医院", "中医院"),
    "farmland": ("农田",),
    "vacant": ("待建地块",),
    "construction": ("在建工地",),
}
COMMUNITY_DIGITS = 12
_DIGITS = "一二三四五六七八九"


@cache
def _listed() -> tuple[tuple[str, str], ...]:
    path = Path(__file__).with_name("divisions.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return tuple((row["code"], row["name"]) for row in rows)


def community_names(
    count: int, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Return codes and names; beyond the listed ones both are invented."""
    listed = [row for row in _listed() if len(row[0]) == COMMUNITY_DIGITS]
    chosen = sorted(rng.permutation(len(listed))[: min(count, len(listed))].tolist())
    codes = [listed[k][0] for k in chosen]
    names = [
        listed[k][1].removesuffix("居民委员会").removesuffix("社区") + "社区"
        for k in chosen
    ]
    for extra in range(count - len(chosen)):
        street, number = divmod(extra, 199)
        codes.append(f"370115{street + 51:03d}{number + 1:03d}")
        names.append(f"示例第{extra + 1}社区")
    return codes, names


def division_names(communities: Iterable[str]) -> dict[str, str]:
    """Return the names of the street and district of each community of a town.

    Streets beyond the listed ones are invented, as their communities are.
    """
    known = dict(_listed())
    names: dict[str, str] = {}
    for code in communities:
        district, street = code[:6], code[:9]
        names[district] = known[district]
        names[street] = known.get(street, f"示例第{int(street[6:]) - 50}街道")
    return names


class Names:
    """Hands out names, each list in an order of its own that hangs on the seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._streets = [str(s) for s in rng.permutation(_STREETS)]
        self._lanes = [str(s) for s in rng.permutation(_LANES)]
        self._estates = [str(s) for s in rng.permutation(_ESTATES)]
        self._firms = [str(s) for s in rng.permutation(_FIRMS)]
        self._villages = [str(s) for s in rng.permutation(_VILLAGES)]
        self._streets_known: dict[tuple[int, int, int], int] = {}
        self._lanes_known = 0
        self._compounds = {"old": 0, "resettlement": 0, "commodity": 0}
        self._sites = dict.fromkeys(_SITES, 0)

    def street(self, key: tuple[int, int, int], *, main: bool) -> str:
        """Return the name of a road that may run through several quarters.

        East to west it is a 街, north to south a 路, as in Jiyang.
        """
        kind = key[0]
        if kind in (2, 3):
            return "滨河南路" if kind == 2 else "滨河北路"
        number = self._streets_known.setdefault(key, len(self._streets_known))
        turn, place = divmod(number, len(self._streets))
        numeral = "" if turn == 0 else _DIGITS[(turn - 1) % 9]
        ending = ("大街" if main else "街") if kind == 0 else "路"
        return f"{self._streets[place]}{numeral}{ending}"

    def lane(self, *, alley: bool) -> str:
        """Return the next name of a lane."""
        turn, place = divmod(self._lanes_known, len(self._lanes))
        self._lanes_known += 1
        numeral = "" if turn == 0 else _DIGITS[(turn - 1) % 9]
        return f"{self._lanes[place]}{numeral}{'胡同' if alley else '巷'}"

    def compound(self, group: str) -> str:
        """Return a name no other compound of the town has."""
        number = self._compounds[group]
        self._compounds[group] += 1
        ends = _ENDINGS[group]
        bases = {
            "old": self._firms + self._streets,
            "resettlement": self._villages,
            "commodity": self._estates,
        }[group]
        turn, place = divmod(number, len(bases))
        phase, way = divmod(turn, len(ends))
        base = bases[place]
        ending = ends[(place + way) % len(ends)]
        if group == "old":
            firm = base in self._firms
            own = ends[2:] if firm else ends[:2]
            phase, way = divmod(turn, len(own))
            ending = own[(place + way) % len(own)]
        return f"{base}{ending}" + (f"{phase + 1}期" if phase else "")

    def site(self, kind: str) -> str:
        """Return the name of a school, a market, a plot of land."""
        number = self._sites[kind]
        self._sites[kind] += 1
        words = _SITES[kind]
        if kind in ("farmland", "vacant", "construction"):
            return f"{words[0]}{number + 1}号"
        turn, place = divmod(number, len(self._streets))
        return f"{self._streets[place]}{words[number % len(words)]}" + (
            f"{turn + 1}分部" if turn else ""
        )
