"""Edits that leave every cell where it is: type, name, number, lock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from geopandas import GeoSeries

from gis.coding import format_grid_code, grid_order
from gis.edits.changes import Edit, Patch
from gis.edits.draft import Draft, Grid
from gis.edits.guard import commit, require_unlocked
from gis.edits.refusals import EditError
from gis.kinds import GridType
from gis.plan import grid_name

__all__ = ["change_type", "lock", "rename", "renumber", "unlock"]


def change_type(draft: Draft, code: str, kind: GridType) -> Edit:
    """Make a grid resident, exclusive or reserved.

    Parameters
    ----------
    draft : Draft
    code : str
    kind : GridType

    Returns
    -------
    Edit

    Raises
    ------
    LockedError
        If the grid is locked.
    EditError
        If the grid is unknown, or of that type already.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([0, 400], [0, 1])
    >>> edit = change_type(draft, draft.codes[0], GridType.RESERVED)
    >>> edit.plan.grids[0].type.label, edit.plan.grids[0].reason
    ('reserved', None)
    """
    require_unlocked(draft, [code])
    grid = draft.grids[draft.place(code)]
    return commit(
        draft,
        Patch(grids={code: replace(grid, type=kind)}),
        operation="change_type",
    )


def rename(draft: Draft, code: str, name: str) -> Edit:
    """Give a grid another name; a lock does not hinder.

    Parameters
    ----------
    draft : Draft
    code : str
    name : str
        Blanks around it are dropped; "" brings back the name that follows from the
        code.

    Returns
    -------
    Edit

    Raises
    ------
    EditError
        If the grid is unknown, has that name, or another grid has it.
    """
    wanted = name.strip() or grid_name(draft.cell_set, code)
    grid = draft.grids[draft.place(code)]
    for other, named in zip(draft.codes, draft.grids, strict=True):
        if other != code and named.name == wanted:
            raise EditError(
                "name_taken",
                f"网格 {draft.serial(other)} 已叫“{wanted}”；请换一个名称",
                f"grid {draft.serial(other)} is called {wanted}; choose another name",
                grids=[other],
            )
    return commit(
        draft, Patch(grids={code: replace(grid, name=wanted)}), operation="rename"
    )


def renumber(draft: Draft, serials: Mapping[str, int] | None = None) -> Edit:
    """Give grids other serials; a lock does not hinder.

    Parameters
    ----------
    draft : Draft
    serials : mapping of str to int, optional
        New serials of some grids by their codes; two may change places. By default
        all grids are numbered west to east and north to south.

    Returns
    -------
    Edit
        Names that follow from a code follow the new one.

    Raises
    ------
    EditError
        If a grid is unknown, a serial is used twice or does not fit, or nothing
        would change.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([300, 400], [0, 1])
    >>> edit = renumber(draft, {draft.codes[0]: 2, draft.codes[1]: 1})
    >>> edit.plan.households.tolist(), edit.moves
    ([400, 300], ())
    """
    cells = draft.cell_set
    width = max((len(draft.serial(code)) for code in draft.codes), default=3)
    if serials is None:
        order = grid_order(GeoSeries(list(draft.outlines), crs=draft.crs)).tolist()
        serials = dict(zip(draft.codes, order, strict=True))
    codes: dict[str, str] = {}
    for code, serial in serials.items():
        draft.place(code)
        if not 0 < serial < 10**width:
            raise EditError(
                "bad_serial",
                f"顺序号 {serial} 不在 1–{10**width - 1} 之内",
                f"serial {serial} is not within 1 to {10**width - 1}",
                grids=[code],
            )
        codes[code] = format_grid_code(cells.code, serial, width=width)
    _require_unique(draft, codes)
    codes = {old: new for old, new in codes.items() if old != new}
    grids: dict[str, Grid | None] = {}
    for old, new in codes.items():
        grid = draft.grids[draft.place(old)]
        if grid.name == grid_name(cells, old):
            grids[new] = replace(grid, name=grid_name(cells, new))
    return commit(draft, Patch(grids=grids, codes=codes), operation="renumber")


def _require_unique(draft: Draft, codes: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for code in draft.codes:
        new = codes.get(code, code)
        if new in seen:
            a, b = draft.serial(seen[new]), draft.serial(code)
            raise EditError(
                "serial_taken",
                f"网格 {a} 和 {b} 都会编为 {draft.serial(new)}；顺序号不能重复",
                f"grids {a} and {b} would both be {draft.serial(new)}; serials are "
                "unique",
                grids=[seen[new], code],
            )
        seen[new] = code


def lock(draft: Draft, codes: Collection[str] | None = None) -> Edit:
    """Keep grids as they are.

    Parameters
    ----------
    draft : Draft
    codes : collection of str, optional
        All grids by default.

    Returns
    -------
    Edit

    Raises
    ------
    EditError
        If a grid is unknown, or all are locked already.
    """
    return _set_lock(draft, codes, locked=True)


def unlock(draft: Draft, codes: Collection[str] | None = None) -> Edit:
    """Let grids change again.

    Parameters
    ----------
    draft : Draft
    codes : collection of str, optional
        All grids by default.

    Returns
    -------
    Edit

    Raises
    ------
    EditError
        If a grid is unknown, or none is locked.
    """
    return _set_lock(draft, codes, locked=False)


def _set_lock(draft: Draft, codes: Collection[str] | None, *, locked: bool) -> Edit:
    wanted = draft.codes if codes is None else codes
    grids = {
        code: replace(draft.grids[draft.place(code)], locked=locked) for code in wanted
    }
    return commit(draft, Patch(grids=grids), operation="lock" if locked else "unlock")
