"""The processes of a run: workers that check, the packaged mock, how they start and end, and checks that got lost."""
