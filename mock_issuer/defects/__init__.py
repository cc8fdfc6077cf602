"""Known defects of issuing systems as runtime switches: each replaces one seam of the node by its faulty form.

Every defect is a genuine race or fault of its mechanism; nothing is left to dice.
"""
