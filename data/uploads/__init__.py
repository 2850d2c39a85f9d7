"""Files that people upload: kept, looked at behind a fence, taken in."""
