"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gis.errors import CommunityGridError
from scripts.cli import Commands, wangge

COMMANDS = ["draw", "check", "demo", "convert", "serve", "cert", "user"]
ENTRY = "from scripts.cli import main; main()"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(wangge, [str(argument) for argument in arguments])


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command as a shell would, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", ENTRY, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_help_names_the_commands_in_the_order_of_the_work() -> None:
    result = run("--help")
    assert result.exit_code == 0
    places = [result.output.index(f"\n  {name}  ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_teaches_by_example_in_two_languages(
    command: str,
) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "例 / Examples:" in result.output
    assert f"\n      wangge {command} " in result.output


def test_help_loads_no_heavy_package() -> None:
    code = (
        "import sys; from scripts.cli import wangge; "
        "wangge(['draw', '--help'], standalone_mode=False); "
        "print(sorted({'numpy', 'geopandas', 'numba', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--low", "501", "--high", "500"], "--low 501 is above --high 500"),
        (["--low", "0"], "x>=1"),
        (["--effort", "quick"], "'quick' is not fast, best or seconds"),
        (["--effort", "-3"], "'-3' is not fast, best or seconds"),
        (["--effort", "nan"], "'nan' is not fast, best or seconds"),
        (["--layer", "buildings"], "'buildings' is not ROLE=NAME"),
        (["--layer", "houses=a"], "no layer role 'houses'"),
        (["--boundary", "absent.geojson"], "no such file; give a file, or hull"),
        (["--weight", "beauty=1"], "no objective 'beauty'; there are load, members"),
        (["--weight", "load=-1"], "'load=-1' is not NAME=WEIGHT of 0 or more"),
        (["--weight", "load"], "'load' is not NAME=WEIGHT of 0 or more"),
        (["--legacy", "absent.shp"], "'absent.shp' does not exist"),
        (["--datum", "bd-09"], "'bd-09' is not one of"),
        (["--colour", "red"], "No such option"),
    ],
)
def test_a_wrong_option_ends_in_2_and_says_what_is_wrong(
    options: list[str], told: str, tmp_path: Path
) -> None:
    source = tmp_path / "town.gpkg"
    source.touch()
    result = run("draw", source, "--out", tmp_path / "plan.gpkg", *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_communities_and_boundary_exclude_each_other(tmp_path: Path) -> None:
    source = tmp_path / "town.gpkg"
    source.touch()
    result = run(
        "draw", source, "--out", "p.gpkg", "--communities", source, "--boundary", "hull"
    )
    assert result.exit_code == 2
    assert "exclude each other" in result.output


@pytest.mark.parametrize("name", ["plan.shp", "absent/plan.gpkg"])
def test_a_plan_that_could_not_be_written_is_refused_before_work(
    name: str, tmp_path: Path
) -> None:
    source = tmp_path / "town.gpkg"
    source.touch()
    result = run("draw", source, "--out", tmp_path / name)
    assert result.exit_code == 2
    assert not list(tmp_path.rglob("plan*"))


def test_a_missing_source_is_wrong_use(tmp_path: Path) -> None:
    result = run("draw", tmp_path / "absent.gpkg", "--out", tmp_path / "plan.gpkg")
    assert result.exit_code == 2
    assert "does not exist" in result.output


@pytest.mark.parametrize("name", ["town.gpkg", "town.geojson", "town.osm.pbf"])
def test_a_file_that_is_not_what_it_says_ends_in_2_without_a_traceback(
    name: str, tmp_path: Path
) -> None:
    source = tmp_path / name
    source.write_text("this is no map", encoding="utf-8")
    process = start("draw", source, "--out", tmp_path / "plan.gpkg")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert out == ""
    assert name in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("lang", "told"), [("zh", "坏了"), ("en", "broken")])
def test_a_refusal_speaks_the_language_of_the_call(lang: str, told: str) -> None:
    @click.command()
    def refuse() -> None:
        raise CommunityGridError("broken", "坏了")

    @click.group(cls=Commands)
    @click.pass_context
    def group(ctx: click.Context) -> None:
        ctx.obj = lang

    group.add_command(refuse)
    result = CliRunner().invoke(group, ["refuse"])
    assert result.exit_code == 2
    assert result.output == f"Error: {told}\n"


def test_output_into_a_closed_pipe_ends_without_a_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ENTRY, "draw", "--help"],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 128 + signal.SIGPIPE


def test_ctrl_c_ends_in_130_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    town = tmp_path / "town.gpkg"
    # Large enough to be still drawing when the signal comes.
    assert run("demo", "--out", town).exit_code == 0
    process = start("draw", town, "--out", tmp_path / "plan.gpkg", "--workers", "2")
    wait_until_it_works(process)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "已中断" in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["town.gpkg"]


def wait_until_it_works(process: subprocess.Popen[str]) -> None:
    """Wait until the command has used more processor time than its start takes."""
    ticks = os.sysconf("SC_CLK_TCK")
    while process.poll() is None:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
        if int(fields.split()[11]) > 2 * ticks:
            return
