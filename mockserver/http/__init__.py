"""How a request becomes an answer, over HTTP and over the gateway's WebSocket."""
