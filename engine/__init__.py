"""The process engine around SpiffWorkflow: procedures, dossiers, tasks, the statutory clock. Knows no Flask."""
