"""The cache gives back what is still true, and keeps within its limit."""

from __future__ import annotations

from api.tile_cache import OVERHEAD, PackedTile, TileCache


def tile(size: int) -> PackedTile:
    return PackedTile(b"x" * size, "digest")


def test_a_tile_is_given_for_its_version_only() -> None:
    cache = TileCache()
    cache.put("a", 1, tile(10))
    assert cache.get("a", 1) == tile(10)
    assert cache.get("a", 2) is None
    assert cache.get("b", 1) is None


def test_what_was_not_asked_for_longest_makes_room() -> None:
    cache = TileCache(limit=3 * (OVERHEAD + 100))
    for name in "abc":
        cache.put(name, 1, tile(100))
    cache.get("a", 1)
    cache.put("d", 1, tile(100))
    assert [name for name in "abcd" if cache.get(name, 1)] == ["a", "c", "d"]


def test_the_limit_counts_bytes_and_a_newer_tile_takes_the_place_of_the_old() -> None:
    cache = TileCache(limit=3000)
    for version in range(50):
        cache.put("a", version, tile(1000))
        assert cache.size == 1000 + OVERHEAD
    cache.put("b", 1, tile(2400))
    assert cache.size == 2400 + OVERHEAD
    cache.put("c", 1, tile(9000))
    assert cache.size == 0


def test_a_packed_tile_is_the_tile() -> None:
    packed = PackedTile.of(b"layer" * 99)
    assert packed.plain() == b"layer" * 99
    assert packed == PackedTile.of(b"layer" * 99)
    assert packed.digest != PackedTile.of(b"other" * 99).digest
    assert PackedTile.of(b"").plain() == b""
