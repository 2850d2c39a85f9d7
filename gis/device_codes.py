"""Device ids of GB/T 28181: 20 digits, read, checked and written."""

from __future__ import annotations

from dataclasses import dataclass

from gis.codes import CodeError, require_digits

__all__ = [
    "DEVICE_TYPES",
    "INDUSTRIES",
    "NETWORKS",
    "DeviceCode",
    "format_device_code",
    "parse_device_code",
]

DEVICE_TYPES: dict[int, tuple[str, str]] = {
    111: ("数字视频录像机", "digital video recorder"),
    118: ("网络视频录像机", "network video recorder"),
    121: ("视频卡口", "video checkpoint"),
    122: ("多目设备", "multi-lens camera"),
    123: ("停车场出入口控制设备", "car-park entrance control"),
    124: ("人员出入口控制设备", "personnel access control"),
    125: ("安检设备", "security inspection"),
    131: ("摄像机", "camera"),
    132: ("网络摄像机", "network camera"),
    134: ("报警输入设备", "alarm input"),
    135: ("报警输出设备", "alarm output"),
    141: ("道闸", "barrier gate"),
    142: ("智能门", "smart door"),
    143: ("凭证识别单元", "credential reader"),
    200: ("中心信令控制服务器", "signalling server"),
    215: ("业务分组", "business group"),
    216: ("虚拟组织", "virtual organisation"),
}
"""Type digits we name; the others are named by their range."""

# The standard leaves room in each range, so an unnamed type is no fault, but
# what lies below the first range is.
_TYPE_RANGES: tuple[tuple[range, tuple[str, str]], ...] = (
    (range(111, 131), ("前端主设备", "front-end main device")),
    (range(131, 200), ("前端外围设备", "front-end peripheral")),
    (range(200, 300), ("平台设备", "platform device")),
    (range(300, 400), ("中心用户", "centre user")),
    (range(400, 500), ("终端用户", "terminal user")),
    (range(500, 600), ("平台外接服务器", "external server")),
    (range(600, 1000), ("扩展类型", "extension")),
)

INDUSTRIES: dict[int, tuple[str, str]] = {
    0: ("社会治安路面接入", "public security, road"),
    1: ("社会治安社区接入", "public security, community"),
    2: ("社会治安内部接入", "public security, internal"),
    3: ("社会治安其他接入", "public security, other"),
    4: ("交通路面接入", "traffic, road"),
    5: ("交通卡口接入", "traffic, checkpoint"),
    6: ("交通内部接入", "traffic, internal"),
    7: ("交通其他接入", "traffic, other"),
    8: ("城市管理接入", "city management"),
    9: ("卫生环保接入", "sanitation and environment"),
    10: ("商检海关接入", "inspection and customs"),
    11: ("教育部门接入", "education"),
    12: ("民航接入", "civil aviation"),
    13: ("铁路接入", "railway"),
    14: ("航运接入", "shipping"),
}
"""Industry digits of public bodies; 40 and above go by who built the device."""

_INDUSTRY_RANGES: tuple[tuple[range, tuple[str, str]], ...] = (
    (range(40, 80), ("企业事业单位接入", "enterprise or institution")),
    (range(80, 90), ("居民自建接入", "built by residents")),
    (range(90, 100), ("其他主体接入", "other owner")),
)

NETWORKS: dict[int, tuple[str, str]] = {
    0: ("公安视频专网", "police video network"),
    1: ("公安视频专网", "police video network"),
    2: ("行业专网", "industry network"),
    3: ("政法信息网", "political-legal network"),
    4: ("社会资源接入网", "network of private sources"),
    5: ("公安信息网", "police information network"),
    6: ("电子政务外网", "government extranet"),
    7: ("互联网", "internet"),
    8: ("专线", "leased line"),
}
"""Network digit; 9 is not given out."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A GB/T 28181 device id in its five fields.

    Attributes
    ----------
    centre : str
        8 digits: division code of 2, 4, 6 or 8 digits, filled up with 0.
    industry, type, network, serial : int
        2, 3, 1 and 6 digits.
    """

    centre: str
    industry: int
    type: int
    network: int
    serial: int

    @property
    def type_names(self) -> tuple[str, str]:
        """Name of the type in Chinese and English."""
        return _name(self.type, DEVICE_TYPES, _TYPE_RANGES)

    @property
    def industry_names(self) -> tuple[str, str]:
        """Name of the industry in Chinese and English."""
        return _name(self.industry, INDUSTRIES, _INDUSTRY_RANGES)

    @property
    def network_names(self) -> tuple[str, str]:
        """Name of the network in Chinese and English."""
        return NETWORKS[self.network]

    @property
    def is_device(self) -> bool:
        """Whether it names a device on the spot, not a platform or a user."""
        return self.type < 200


def parse_device_code(text: str) -> DeviceCode:
    """Read a device id.

    Parameters
    ----------
    text : str
        20 ASCII digits.

    Returns
    -------
    DeviceCode
        Its fields.

    Raises
    ------
    CodeError
        If a character is no digit, the length is not 20, or a field holds a value
        the standard does not give out; `position` counts from 1.

    Examples
    --------
    >>> code = parse_device_code("37011501011327000001")
    >>> code.centre, code.industry, code.type, code.network, code.serial
    ('37011501', 1, 132, 7, 1)
    >>> parse_device_code("37011501010997000001")
    Traceback (most recent call last):
    gis.codes.CodeError: 37011501010997000001: digit 11: no device type 099; use 111-999
    """
    require_digits(text, 20)
    if text[:2] == "00":
        raise CodeError(
            text, 1, "行政区划不能以00开头", "no division begins with 00; use 11-82"
        )
    code = DeviceCode(
        text[:8], int(text[8:10]), int(text[10:13]), int(text[13]), int(text[14:])
    )
    if not _is_named(code.industry, INDUSTRIES, _INDUSTRY_RANGES):
        raise CodeError(
            text,
            9,
            f"行业编码{text[8:10]}为预留",
            f"industry {text[8:10]} is reserved; use 00-14 or 40-99",
        )
    if not _is_named(code.type, DEVICE_TYPES, _TYPE_RANGES):
        raise CodeError(
            text,
            11,
            f"没有类型编码{text[10:13]}",
            f"no device type {text[10:13]}; use 111-999",
        )
    if code.network not in NETWORKS:
        raise CodeError(
            text,
            14,
            f"网络标识{text[13]}为预留",
            f"network {text[13]} is reserved; use 0-8",
        )
    return code


def format_device_code(code: DeviceCode) -> str:
    """Write a device id.

    Parameters
    ----------
    code : DeviceCode
        Fields within the ranges of the standard.

    Returns
    -------
    str
        20 digits.

    Raises
    ------
    CodeError
        If a field does not fit; the text is read back to make sure.

    Examples
    --------
    >>> format_device_code(DeviceCode("37011501", 1, 132, 7, 1))
    '37011501011327000001'
    """
    text = (
        f"{code.centre}{code.industry:02d}{code.type:03d}"
        f"{code.network:d}{code.serial:06d}"
    )
    if parse_device_code(text) != code:
        raise CodeError(
            text, 1, f"字段{code}位数不符", f"fields {code} do not fit their digits"
        )
    return text


def _is_named(
    value: int,
    names: dict[int, tuple[str, str]],
    ranges: tuple[tuple[range, tuple[str, str]], ...],
) -> bool:
    return value in names or any(value in span for span, _ in ranges)


def _name(
    value: int,
    names: dict[int, tuple[str, str]],
    ranges: tuple[tuple[range, tuple[str, str]], ...],
) -> tuple[str, str]:
    if value in names:
        return names[value]
    return next(name for span, name in ranges if value in span)
