"""One module for each network whose weights ship: `make(path, folder)` trains it and returns what the manifest says of it."""
