package dev.weakref.spring.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A page of the manual. */
record Page(String text) {

    static Page of(String name) throws IOException {
        return new Page(Files.readString(Path.of("..", "docs", name)));
    }

    /** The part below a heading of the second order. */
    Page section(String heading) {
        return new Page(Pattern.compile("^## ", Pattern.MULTILINE)
                .splitAsStream(text)
                .filter(section -> section.startsWith(heading + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no section '" + heading + "'")));
    }

    /** The cells of the table whose head begins with this word, row by row, code marks removed. */
    List<List<String>> table(String firstHead) {
        return text.lines()
                .dropWhile(line -> !line.startsWith("| " + firstHead + " |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(2, line.length() - 1).split(" \\| ?", -1))
                        .map(cell -> cell.trim().replaceAll("^`(.*)`$", "$1"))
                        .toList())
                .toList();
    }

    /** The examples in Java. */
    List<String> examples() {
        return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
