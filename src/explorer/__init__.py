"""The evidence explorer: change a definition, and watch a small cohort's answer follow."""
