package dev.weakref.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the manual. */
public record Page(String text) {

    private static final Pattern BLOCK = Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern COMMANDS = Pattern.compile("^```sh\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    public static Page of(String name) throws IOException {
        return new Page(Files.readString(Path.of("..", "docs", name)));
    }

    /** The examples in Java. */
    List<String> examples() {
        return BLOCK.matcher(text)
                .results()
                .map(block -> block.group(1).stripTrailing())
                .toList();
    }

    /** The commands for a shell, each in one line and without a comment behind it. */
    List<String> commands() {
        return COMMANDS.matcher(text)
                .results()
                .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
                .map(line ->
                        line.replaceFirst(" +# .*", "").replaceAll(" +", " ").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The part below a heading of the second order. */
    public Page section(String heading) {
        return new Page(Pattern.compile("^## ", Pattern.MULTILINE)
                .splitAsStream(text)
                .filter(section -> section.startsWith(heading + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no section '" + heading + "'")));
    }

    /** The cells of the table whose head begins with this, row by row, each without code marks around the whole. */
    public List<List<String>> table(String firstHead) {
        List<List<String>> rows = text.lines()
                .dropWhile(line -> !line.startsWith("| " + firstHead + " |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> cells(line).stream()
                        .map(cell -> cell.replaceAll("^`([^`]*)`$", "$1"))
                        .toList())
                .toList();
        if (rows.isEmpty()) {
            throw new AssertionError("There is no table of '" + firstHead + "'");
        }
        return rows;
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
