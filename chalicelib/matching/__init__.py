"""The choice of volunteers for open wishes: problem, flow, runs and their records."""
