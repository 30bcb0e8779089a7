"""The Jupyter Server extension: the verbs over HTTP and one websocket; ``openapi.json`` beside this file is its contract."""
