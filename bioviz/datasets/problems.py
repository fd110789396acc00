"""The kinds of things that can be wrong with a dataset, in the user's words."""

from __future__ import annotations

from bioviz.datasets.types import Problem

# kind -> what the user reads as the heading of its group.
KINDS: dict[str, str] = {
    "unreadable": "Audio that cannot be read (left out)",
    "empty_audio": "Audio without a single sample (left out)",
    "bad_name": "Files whose names cannot be read (left out)",
    "outside": "Files outside the data folders (left out)",
    "no_recording": "Annotations whose recording is not there (left out)",
    "only_recording": "Tables of another name than the only recording (taken to speak of it)",
    "ambiguous": "It is unclear which recording is meant (left out)",
    "short_of_header": "Recordings shorter than their header says (what is there is used)",
    "odd_header": "Recordings whose header gives a wrong length or none (all that is there is used)",
    "expanded": "Time-expanded recordings (their rate and all their times are those of what was recorded)",
    "no_channel": "Recordings that have not the channel asked for (left out)",
    "channel": "Recordings with one channel, where another was asked for (it is used)",
    "cancel": "Recordings whose channels cancel each other in their mean (hardly anything is left to hear)",
    "full_scale": "Recordings that pass full scale (they are played quieter than they are)",
    "unlisted": "Recordings without annotations of their own (left out)",
    "bad_row": "Rows that cannot be used (left out)",
    "bad_table": "Tables that cannot be read (left out)",
    "not_understood": "Tables that were not understood (what they may speak of is not taken for background)",
    "unsupported_audio": "Sound of a kind that cannot be opened (left out)",
    "passed_over": "Tables that are not used, because a better one speaks of the same recordings",
    "other_labels": "Tables that disagree on the label of the same sound",
    "unsure": "Clips left out, because something in them could not be read",
    "unknown": "Annotations of something unknown (their clips are neither calls nor background)",
    "clipped": "Annotations past the end of their recording (cut there)",
    "past_end": "Annotations wholly outside their recording (left out)",
    "point": "Annotations of no length (they put no label on a clip, and no clip is background by them)",
    "no_label": "Labels that are missing (neither calls nor background until you say what they mean)",
    "dropped": "Clips left out, because something that you leave out lies in them",
    "titles": "Tables with lines above the names of their columns (passed over)",
    "encoding": "Tables in an older encoding (its list of letters was found out by the words)",
    "encoding_unsure": "Tables whose letters could not be told for sure",
    "weak": "Detections less sure than the minimum confidence (neither calls nor background)",
    "no_confidence": "Tables without confidences (a minimum confidence was set)",
    "alike": "Labels that differ only in how they are written (kept apart)",
    "several_labels": "Labels that may be several in one cell",
    "unknown_label": "Labels that the dataset does not declare",
    "background_label": "Annotations that mean background",
    "no_background": "No clip without a call: confusion with background cannot be measured",
    "width": "Clips made shorter than usual, so that some hold no call",
    "too_short": "Recordings shorter than a clip",
    "one_folder": "A single folder of recordings (its name is taken for the label)",
    "stray": "Folders within class folders",
    "cut": "Long recordings with one label, cut into clips",
    "truncated": "Recordings longer than a clip (the rest is not used)",
    "duplicate": "The same recording more than once (all kept)",
    "same_stem": "One name in two formats (all kept)",
    "empty_table": "Tables without a row (their recordings are background)",
    "facts": "Recordings of which tables state several sites, dates or ids (that fact is left unknown)",
    "split": "Splits that are missing or contradict each other",
    "length": "Recordings whose length differs from what the dataset says",
    "changed": "Files that changed since the dataset was added",
}


# Kinds for which a file or table was left out or not understood: exit code 4, and nothing on the page is green.
LEFT_OUT = frozenset({
    "unreadable", "empty_audio", "bad_name", "outside", "no_recording", "ambiguous", "unlisted", "bad_table",
    "not_understood",
    "unsupported_audio", "unsure", "no_channel", "no_label", "bad_row", "past_end",
    "encoding_unsure",
})  # fmt: skip

# kind -> what the user can do about it; "" where nothing needs to be done.
WHAT_TO_DO: dict[str, str] = {
    "unreadable": "Open the file in another program. If it plays there, save it as wav or flac; else copy it again.",
    "empty_audio": "Copy the file from the recorder again, or delete it.",
    "bad_name": "Rename them: names must be UTF-8.",
    "outside": "Copy the recordings into the folder, or add theirs to BIOVIZ_DATA.",
    "no_recording": "Put the recording into the folder, or correct its name in the table.",
    "only_recording": "Nothing, if that is right. Else add the recording that the table belongs to.",
    "ambiguous": "Write the recording's path within the folder into the table, or rename one of the recordings.",
    "short_of_header": "Nothing, if the recorder lost power. Else copy the file again.",
    "odd_header": "Nothing: all of the sound is used.",
    "expanded": "Nothing, if that is right. Else set “Time expansion”.",
    "no_channel": "Set “Channel” to one that they have.",
    "channel": "Nothing, if that is right.",
    "cancel": "Set “Channel” to hear one channel instead of the mean of all.",
    "full_scale": "Nothing: models hear them as they are.",
    "unlisted": "If you listened to them and heard nothing, set “Recordings that no table mentions” to count as "
    "background. Else annotate them, or leave them out.",
    "bad_row": "Correct these rows in the table, then scan again.",
    "bad_table": "Say which column is what, correct the table, or leave the file out.",
    "not_understood": "Say which column is what, or leave the file out.",
    "unsupported_audio": "Convert them to wav or flac, or install ffmpeg, then scan again.",
    "passed_over": "Nothing, if that is right. Else name the table or the format that is to count.",
    "other_labels": "Nothing, if both are right. Else correct one of the tables, or name the one that is to count.",
    "unsure": "Correct what could not be read, then scan again.",
    "unknown": "Nothing, if that is right. Else change “Names that mean unknown”.",
    "clipped": "Look whether table and recording belong together.",
    "past_end": "Look whether table and recording belong together, and whether the unit of time is right.",
    "point": "Give them a length in the table if they are to count.",
    "no_label": "Say what they mean (“Meaning of missing labels”), or write labels into the table.",
    "dropped": "Nothing, if that is right. Else change which labels are left out.",
    "titles": "Nothing, if that is right. Else delete these lines, or the one above the names of the columns.",
    "encoding": "Nothing, if the words are right. Else save the table as UTF-8, then scan again.",
    "encoding_unsure": "Save the table as UTF-8 (Excel: “CSV UTF-8”), then scan again.",
    "weak": "Nothing, if that is right. Else set another minimum confidence.",
    "no_confidence": "Nothing, if that is right. Else say which column is the confidence.",
    "alike": "If they mean the same, write them alike in the table.",
    "several_labels": "Set “Separator of labels” if a cell holds several.",
    "unknown_label": "Nothing, if that is right. Else add the labels to the dataset's own list.",
    "background_label": "Nothing, if that is right. Else change “Names that mean background”.",
    "no_background": "Set a shorter clip length, or add recordings in which nothing calls.",
    "width": "Nothing, if that is right. Else set “Clip length”.",
    "too_short": "Nothing, if that is right. Else set a shorter clip length.",
    "one_folder": "Nothing, if that is right. Else rename the folder to “audio”, or name the labels in a table.",
    "stray": "Nothing, if that is right. Else move the folder out of the class folder.",
    "cut": "Nothing, if all of a recording has its label. Else set “Clips” to one clip a file, or annotate the times.",
    "truncated": "Set “Clips” to sliding windows if all of each recording is to be used.",
    "duplicate": "Delete the copies, or the same sound counts several times.",
    "same_stem": "Delete one of the two if they are the same recording.",
    "empty_table": "Nothing, if somebody listened and heard nothing there. Else correct the table.",
    "facts": "Correct the tables if the fact is to be used.",
    "split": "Correct the splits in the table.",
    "length": "Look whether these are the recordings that the dataset means.",
    "changed": "Add the dataset again.",
}


def problem(kind: str, file: str, detail: str) -> Problem:
    """Return a problem of a known kind.

    Raises
    ------
    KeyError
        `kind` is not in KINDS (a mistake of the programmer).

    """
    KINDS[kind]
    return Problem(kind, file, detail)
