"""A run as one page: graph, timeline, outputs, logs. It draws model objects and knows no scheduler."""
