"""Roads → travel times and ways.

The way through: `graph` is the map's roads, `network` what is searched (junctions in `node_based`,
directed road pieces with turns in `edge_based`), `order` and `hierarchy` prepare it, `queries` asks
it (`dijkstra` where numba is missing). `router` holds all of that for a region and a mode; `snap`
and `doors` bring addresses to the road that is `nearest`, `park` to where one leaves the car and
walks on; `overlay` closes roads and slows them down; `matrix` and `legs` are what the rest of the
program calls.
"""
