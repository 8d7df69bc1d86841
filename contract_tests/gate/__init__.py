"""What a release is held to beside the verdicts: waivers of known failures, and how much must be decided."""
