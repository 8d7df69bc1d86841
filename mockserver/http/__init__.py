"""The API of NovaVMS over HTTP, and the WebSocket of gateways."""
