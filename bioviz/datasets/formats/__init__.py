"""What bioviz reads: formats of annotation tables and layouts of folders, one file each.

A format of tables is a module with `name`, `title`, `source`, `recognizes` and `read` (`base.Format`); a layout of a
whole folder has `sniff` instead of `recognizes` (`base.Layout`). A new one is one new file: the registry finds it.
"""
