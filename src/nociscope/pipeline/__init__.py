"""The only place where files meet models: step table, plan, execution, provenance."""
