"""Arrays in, pictures out: palettes, the data of the map, and figures. No streamlit, no torch."""
