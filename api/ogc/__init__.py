"""OGC API – Features and Tiles over an allow-list of collections."""
