"""A fleet of simulated gateways: a client like any other, which makes a server look alive."""
