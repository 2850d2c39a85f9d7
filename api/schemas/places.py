"""What lies in a place: buildings, streets, devices and the rest of the register."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer

__all__ = [
    "Barrier",
    "Building",
    "Compound",
    "Device",
    "Gate",
    "Site",
    "Space",
    "Street",
]


class _Numbered(Answer):
    id: int = Field(description="number in the record")


class _InCommunity(Answer):
    community: str = Field(description="code of its community, 12 digits")


class _InGrid(_InCommunity):
    grid: str | None = Field(
        description="code of the grid it lies in on the day; null if none is in force"
    )


class _InDivision(Answer):
    division: str | None = Field(
        description="code of the division it is kept in; null if none"
    )


class Space(_Numbered, _InGrid):
    """A room or place for activities 活动空间."""

    kind: str = Field(description="kind, as the register words it")
    name: str = Field(description="name; empty if none")
    area_m2: float | None = Field(description="floor area in m²; null if not known")
    origin: str = Field(description="how it was come by; empty if not known")
    in_use: bool | None = Field(description="whether it is used; null if not known")


class Device(_InGrid):
    """A device 设备: a camera, an access control."""

    code: str = Field(description="code by GB/T 28181, 20 digits")
    kind: str = Field(description="kind, e.g. camera")
    name: str = Field(description="name; empty if none")
    network: str = Field(description="code of its network; empty if not known")


class Building(_InGrid):
    """A building 楼栋 of the register."""

    code: str = Field(description="number in the register of its community")
    compound: int | None = Field(description="number of its compound; null if none")
    compound_name: str = Field(description="name of its compound 小区; empty if none")
    households: int = Field(description="households 户 in it")
    estimated: bool = Field(description="true if the households are an estimate")
    floors: float | None = Field(description="number of floors; null if not known")
    height_m: float | None = Field(description="height in metres; null if not known")
    units: int | None = Field(description="stairwells 单元; null if not known")
    use: str = Field(description="use, e.g. apartments; empty if not known")
    address: str = Field(description="address 门牌; empty if not known")


class Compound(_Numbered, _InCommunity):
    """A residential estate 小区."""

    kind: str = Field(
        description="commodity 商品房, old 老旧, resettlement 安置; empty if not known"
    )
    name: str = Field(description="name")


class Site(_Numbered, _InCommunity):
    """Land for exclusive 专属 or reserved 预留 grids."""

    kind: str = Field(description="kind, e.g. school, park, vacant")
    name: str = Field(description="name; empty if none")


# Not a field named `class` in Python; GeoJSON has it by that name.
class Street(_Numbered, _InDivision):
    """A street centre line 道路."""

    class_: str = Field(alias="class", description="class of road, as in OSM highway")
    name: str = Field(description="name; empty if none")
    tunnel: bool = Field(description="true if it runs in a tunnel")
    bridge: bool = Field(description="true if it runs on a bridge")


class Barrier(_Numbered, _InDivision):
    """What people do not cross 阻隔."""

    kind: str = Field(description="river, railway, wall or elevated_road")
    name: str = Field(description="name; empty if none")


class Gate(_Numbered, _InGrid):
    """A gate 出入口 of a compound."""

    compound: int = Field(description="number of its compound")
    compound_name: str = Field(description="name of its compound")
    name: str = Field(description="name; empty if none")
