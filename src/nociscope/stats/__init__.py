"""Pure inference for few people."""
