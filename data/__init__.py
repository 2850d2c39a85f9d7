"""Files in and out, the made-up town, and the drawing job."""
