"""`wangge cert`: HTTPS in a closed network, by an authority of one's own."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.console import print_json, say, write_text

if TYPE_CHECKING:
    from cryptography import x509

    from data.authority.keeping import Issued, Keeper

__all__ = ["cert"]

EXAMPLES = """\b
例 / Examples:
\b
  为这台服务器签发证书; 写上大家要用的名字和地址 / for the names people will use
    wangge cert wangge.jiyang.lan 192.168.7.5
\b
  一年后换新, 名字不变, 手机不用重装 / renew it; phones need nothing
    wangge cert
\b
  每天检查, 还有不到 30 天时退出码为 1 / watch it; exit code 1 within 30 days of its end
    wangge cert --check
"""


@click.command(epilog=EXAMPLES)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--days",
    default=397,
    type=click.IntRange(1, 397),
    help="有效天数, 浏览器最多接受 397 / days; browsers take no more than 397.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="给大家的 CA 证书和安装说明 / folder for what is handed out.",
    show_default="the folder trust of the record",
)
@click.option(
    "--port",
    default=8000,
    type=click.IntRange(1, 65535),
    help="安装说明里的端口 / port that the guide names.",
)
@click.option(
    "--new-authority",
    is_flag=True,
    help="新建 CA; 每台设备都要重新安装 / another authority, to be installed anew.",
)
@click.option("--check", is_flag=True, help="只检查 / only look; writes nothing.")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def cert(
    ctx: click.Context,
    names: tuple[str, ...],
    days: int,
    out: Path | None,
    port: int,
    new_authority: bool,
    check: bool,
    as_json: bool,
) -> None:
    """HTTPS 证书 / Make a certificate for HTTPS in a closed network.

    第一次会建一个内部 CA, 私钥只留在本机 (0600)。CA 只能用于内网地址、.lan 等内部
    域名和这里给出的名字, 不能冒充别的网站。把 --out 里的文件发给大家安装一次。

    The first time an authority is made, whose key stays on this machine (0600). It may
    speak for private addresses, names such as .lan and those given here, and for no
    other site. Hand out what is in --out; every device installs it once.
    """
    from data.authority.keeping import Keeper
    from data.settings import StoreSettings

    state = StoreSettings.from_environment(os.environ).state
    keeper = Keeper.below(state)
    if check:
        ctx.exit(0 if tell_state(keeper, as_json=as_json) else 1)
    wanted = names or keeper.names()
    if not wanted:
        raise no_names()
    issued = keeper.issue(
        wanted, now=dt.datetime.now(dt.UTC), days=days, new_authority=new_authority
    )
    folder = out or state / "trust"
    hand_out(folder, issued, port=port)
    told = summary(issued.authority, issued.certificate)
    if as_json:
        files = {"certificate": str(keeper.certificate), "key": str(keeper.key)}
        made = {"new_authority": issued.new_authority, "out": str(folder)}
        print_json(told | files | made)
        return
    if issued.new_authority:
        say(
            f"新建了 CA, 私钥在 {keeper.authority_key}; 请离线备份, 不要外传",
            f"made an authority; its key is {keeper.authority_key}: back it up offline "
            "and give it to nobody",
        )
    say(
        f"证书 {', '.join(told['names'])}, {told['until']} 前有效",
        f"certificate for {', '.join(told['names'])}, good until {told['until']}",
    )
    say(
        f"CA 指纹 (请在安装说明上核对): {told['fingerprint']}",
        f"fingerprint of the authority, to compare: {told['fingerprint']}",
    )
    say(
        f"发给大家: {folder}\n启动: wangge serve --host 0.0.0.0 "
        "(在运行的自动换用; 名字变了才要重启)",
        f"to hand out: {folder}\nserve: wangge serve --host 0.0.0.0 (one that "
        "runs takes it up; restart it only for other names)",
    )


def tell_state(keeper: Keeper, *, as_json: bool) -> bool:
    """Print how the certificate stands; tell whether it holds for a while yet."""
    from data.authority.pairs import read_certificate, read_pair

    if not keeper.has_pair:
        if as_json:
            print_json({"certificate": None, "ok": False})
        else:
            say("还没有证书: wangge cert NAME", "no certificate yet: wangge cert NAME")
        return False
    now = dt.datetime.now(dt.UTC)
    pair = read_pair(keeper.certificate, keeper.key, now=now)
    soon = pair.ends_soon(now)
    told = summary(
        read_certificate(keeper.authority), read_certificate(keeper.certificate)
    )
    left = pair.days_left(now)
    if as_json:
        print_json({**told, "days_left": left, "ok": not soon})
        return not soon
    say(
        f"{', '.join(told['names'])}: 还有 {left} 天, 到 {told['until']}",
        f"{', '.join(told['names'])}: {left} days left, until {told['until']}",
    )
    if soon:
        say(
            "该换新了: wangge cert, 在运行的服务自动换用",
            "time to renew: wangge cert; a server that runs takes it up by itself",
        )
    return not soon


def no_names() -> click.UsageError:
    """Return the refusal that says which names are likely."""
    from data.authority.names import likely_names

    guess = " ".join(likely_names())
    return click.UsageError(
        f"请给出大家访问用的名字或地址, 如 / name what people will use, e.g.:\n"
        f"  wangge cert {guess}"
    )


def summary(
    authority: x509.Certificate, certificate: x509.Certificate
) -> dict[str, Any]:
    """Return what is told of a certificate and its authority."""
    from data.authority.names import from_certificate
    from data.authority.pairs import fingerprint

    return {
        "names": from_certificate(certificate),
        "until": f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        "authority_until": f"{authority.not_valid_after_utc:%Y-%m-%d}",
        "fingerprint": fingerprint(authority),
    }


def hand_out(folder: Path, issued: Issued, *, port: int) -> None:
    """Write the certificate of the authority and the guide to install it."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from data.authority.making import made_for
    from data.authority.names import addresses_of, from_certificate
    from data.authority.pairs import fingerprint
    from maps.catalogue import LANGUAGES
    from maps.trust import file_name, trust_file

    authority = issued.authority
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wangge-ca.crt").write_bytes(authority.public_bytes(Encoding.DER))
    (folder / "wangge-ca.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    for lang in LANGUAGES:
        page = trust_file(
            lang=lang,
            names=made_for(authority),
            addresses=addresses_of(from_certificate(issued.certificate), port),
            fingerprint=fingerprint(authority),
            until=f"{authority.not_valid_after_utc:%Y-%m-%d}",
        )
        write_text(folder / file_name(lang), page)
