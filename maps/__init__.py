"""Pages made from GeoDataFrames."""
