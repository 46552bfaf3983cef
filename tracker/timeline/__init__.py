"""The patient's course on one time axis: pure layout, drawn by templates/tracker/_timeline.html."""
