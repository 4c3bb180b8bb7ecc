"""What a cohort is: five tables and their instruments, checked; and how one is read from files and written back."""
