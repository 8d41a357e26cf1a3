"""How a bot gets at the world: REST and the gateway, over real sockets, misbehaving on demand."""
