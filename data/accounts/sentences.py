"""A line of the audit as a sentence, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["outcome_of", "sentence_of"]

Line = Mapping[str, Any]
Names = Mapping[str, str]
Said = tuple[str, str]

_DEEDS: Final[dict[str, Said]] = {
    "login": ("登录成功", "signed in"),
    "logout": ("退出登录", "signed out"),
    "login_failed": ("登录失败：账号或密码不对", "failed to sign in: wrong password"),
    "code_failed": ("登录失败：动态码不对", "failed to sign in: wrong code"),
    "login_locked": ("登录被拒绝：账号已停用", "was kept out: the account is locked"),
    "others_signed_out": ("退出其他设备", "signed out everywhere else"),
    "session_ended": ("退出一台设备", "signed out a device"),
    "password_changed": ("修改自己的密码", "changed the password"),
    "totp_on": ("开启两步验证", "switched the second step on"),
    "totp_off": ("关闭两步验证", "switched the second step off"),
    "recovery_renewed": ("重新生成恢复码", "made new recovery codes"),
    "audit_purged": ("清理过期的操作记录", "removed lines of the log past their time"),
}

_REFUSED: Final[dict[str, Said]] = {
    "wrong_password": ("再次输入的密码不对", "the password given again was wrong"),
    "cross_site": ("不是从本站页面发出的请求", "the request began on another site"),
    "must_change_password": ("须先修改密码", "the password has to be changed first"),
    "account_locked": ("账号已停用", "the account is locked"),
}
_NO_RIGHT: Final[Said] = ("没有权限", "no permission")

_VERBS: Final[dict[str, Said]] = {
    "insert": ("新增", "added"),
    "update": ("修改", "changed"),
    "delete": ("删除", "removed"),
}

_THINGS: Final[dict[str, Said]] = {
    "account": ("账号", "account"),
    "division": ("区划", "division"),
    "building": ("楼栋", "buildings"),
    "street": ("街道路段", "streets"),
    "barrier": ("阻隔", "barriers"),
    "compound": ("小区", "compounds"),
    "site": ("地块", "sites"),
    "gate": ("出入口", "gates"),
    "stairwell": ("单元", "stairwells"),
    "activity_space": ("活动空间", "activity spaces"),
    "device": ("设备", "devices"),
    "plan": ("方案", "plan"),
    "plan_edit": ("方案的编辑", "an edit of plan"),
    "plan_step": ("方案的流程", "a step of plan"),
    "plan_comment": ("方案的备注", "a remark on plan"),
    "legacy_layer": ("旧网格图层", "a layer of old grids"),
    "import_run": ("导入", "import"),
    "job": ("任务", "job"),
    "upload": ("上传的文件", "upload"),
}

_ROLES: Final[dict[str, Said]] = {
    "administrator": ("管理员", "administrator"),
    "planner": ("规划员", "planner"),
    "reviewer": ("审核员", "reviewer"),
    "commander": ("指挥员", "commander"),
    "handler": ("部门处置员", "handler"),
    "grid_head": ("网格长", "grid head"),
    "grid_member": ("网格员", "grid member"),
    "stairwell_head": ("楼道长", "stairwell head"),
    "auditor": ("审计员", "auditor"),
    "guest": ("访客", "guest"),
}


def outcome_of(line: Line) -> str:
    """Return how it ended: done, refused or failed."""
    if line["kind"] == "refusal":
        return "refused"
    if line["kind"] != "login":
        return "done"
    if line["action"] == "login_locked":
        return "refused"
    return "failed" if line["action"] in ("login_failed", "code_failed") else "done"


def sentence_of(line: Line, names: Names) -> Said:
    """Return what a line of the audit says; `names` are those of people and places."""
    if line["kind"] == "refusal":
        return _refusal(line)
    if line["kind"] == "export":
        return _export(line, names)
    if line["kind"] == "write":
        return _write(line, names)
    zh, en = _DEEDS.get(line["action"], (line["action"], line["action"]))
    known = line["account"] is not None or not line["row"]
    return (zh, en) if known else (f"{zh}（{line['row']}）", f"{en} ({line['row']})")


def _refusal(line: Line) -> Said:
    why = _REFUSED.get(line["action"], _NO_RIGHT)
    about = line["after"] or {}
    what = " ".join(str(about[key]) for key in ("method", "path") if key in about)
    if not what:
        return f"被拒绝：{why[0]}", f"was refused: {why[1]}"
    return f"被拒绝 {what}：{why[0]}", f"was refused {what}: {why[1]}"


def _export(line: Line, names: Names) -> Said:
    about = line["after"] or {}
    form = str(about.get("format", "")).upper()
    of_zh, of_en = _place(line, names)
    zh, en = _thing(line)
    return (
        " ".join(part for part in ("导出", zh, form) if part) + of_zh,
        " ".join(part for part in ("exported", en, form) if part) + of_en,
    )


def _write(line: Line, names: Names) -> Said:
    special = _SPECIAL.get(line["relation"])
    if special is not None:
        return special(line, names)
    verb_zh, verb_en = _VERBS.get(line["action"], (line["action"], line["action"]))
    zh, en = _thing(line)
    of_zh, of_en = _place(line, names)
    rows = (line["after"] or {}).get("rows")
    many_zh, many_en = (f" {rows} 行", f", {rows} rows") if rows else ("", "")
    change = _change(line)
    return (
        f"{verb_zh}{zh}{many_zh}{of_zh}{change}",
        f"{verb_en} {en}{many_en}{of_en}{change}",
    )


def _thing(line: Line) -> Said:
    """Return what was done something to, by name or number."""
    zh, en = _THINGS.get(line["relation"], (line["relation"], line["relation"]))
    row = "" if line["row"] == line["community"] else str(line["row"] or "")
    return (f"{zh} {row}".strip(), f"{en} {row}".strip())


def _place(line: Line, names: Names) -> Said:
    code = line["community"]
    if not code:
        return "", ""
    name = names.get(code, code)
    return f"（{name}）", f" ({name})"


def _change(line: Line) -> str:
    """Return the one thing that changed, if it is short: `draft → review`."""
    was, now = line["before"] or {}, line["after"] or {}
    if not was or "status" not in now or was.get("status") == now["status"]:
        return ""
    return f"：{was.get('status')} → {now['status']}"


def _grant(line: Line, names: Names) -> Said:
    about = line["after"] or line["before"] or {}
    who = names.get(f"account:{line['row']}", str(line["row"]))
    role_zh, role_en = _ROLES.get(str(about.get("role")), ("", ""))
    code = about.get("division")
    place = names.get(code, code) if code else None
    where_zh, where_en = place or "全部区域", place or "everywhere"
    if line["action"] == "delete":
        return (
            f"撤销 {who} 的角色：{role_zh} · {where_zh}",
            f"took {role_en} · {where_en} from {who}",
        )
    return (
        f"给 {who} 授予角色：{role_zh} · {where_zh}",
        f"gave {who} the role {role_en} · {where_en}",
    )


def _secret(line: Line, names: Names) -> Said:
    who = names.get(f"account:{line['row']}", str(line["row"]))
    if line["action"] == "insert":
        return f"为 {who} 设置初始密码", f"set the first password of {who}"
    was, now = line["before"] or {}, line["after"] or {}
    if was.get("password_at") != now.get("password_at") and now.get("must_change"):
        return f"重置 {who} 的密码", f"reset the password of {who}"
    return f"更新 {who} 的登录信息", f"updated how {who} signs in"


def _token(line: Line, names: Names) -> Said:
    who = names.get(f"account:{line['row']}", str(line["row"]))
    about = line["after"] or line["before"] or {}
    name = about.get("name", "")
    if about.get("revoked"):
        return f"撤销 {who} 的令牌“{name}”", f"revoked the token “{name}” of {who}"
    if line["action"] == "insert":
        return f"为 {who} 新建令牌“{name}”", f"made the token “{name}” for {who}"
    return f"更新 {who} 的令牌“{name}”", f"updated the token “{name}” of {who}"


def _account(line: Line, _names: Names) -> Said:
    was, now = line["before"] or {}, line["after"] or {}
    who = now.get("display") or was.get("display") or line["row"]
    if line["action"] == "insert":
        return f"建立账号 {who}", f"made the account {who}"
    if was.get("locked") != now.get("locked"):
        return (
            (f"停用账号 {who}", f"locked the account {who}")
            if now.get("locked")
            else (f"启用账号 {who}", f"unlocked the account {who}")
        )
    return f"修改账号 {who}", f"changed the account {who}"


_SPECIAL: Final = {
    "role_grant": _grant,
    "account_secret": _secret,
    "api_token": _token,
    "account": _account,
}
