"""The Google backend, and the server that stands in for Google in every test."""
