package dev.weakref.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the manual. */
record Page(String text) {

    private static final Pattern BLOCK = Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    static Page of(String name) throws IOException {
        return new Page(Files.readString(Path.of("..", "docs", name)));
    }

    /** The examples in Java. */
    List<String> examples() {
        return BLOCK.matcher(text)
                .results()
                .map(block -> block.group(1).stripTrailing())
                .toList();
    }

    /** The cells of all tables, row by row, without the heads. */
    List<List<String>> rows() {
        List<String> lines = text.lines().toList();
        return Stream.iterate(2, line -> line < lines.size(), line -> line + 1)
                .filter(line ->
                        lines.get(line).startsWith("| ") && lines.get(line - 1).startsWith("|"))
                .map(line -> cells(lines.get(line)))
                .toList();
    }

    /** The text outside of tables and blocks, line by line. */
    List<String> prose() {
        return Pattern.compile("^```.*?^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text)
                .replaceAll("")
                .lines()
                .filter(line -> !line.startsWith("|"))
                .toList();
    }

    /** What stands between code marks. */
    static List<String> code(String markdown) {
        return CODE.matcher(markdown).results().map(code -> code.group(1)).toList();
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1, row.length() - 1).split("(?<!\\\\)\\|"))
                .map(cell -> cell.strip().replace("\\|", "|"))
                .toList();
    }
}
