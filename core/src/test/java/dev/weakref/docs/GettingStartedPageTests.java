package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Programs;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the program of docs/getting-started.md. */
@Timeout(120)
class GettingStartedPageTests {

    private static final Pattern OUTPUT = Pattern.compile("^```text\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    @Tag("collects")
    void theProgramPrintsWhatThePageSays() throws Exception {
        Matcher output = OUTPUT.matcher(Page.of("getting-started.md").text());
        assertThat(output.find()).isTrue();

        List<String> printed = Programs.outputOf(FirstSteps.class);

        assertThat(printed).containsExactlyElementsOf(output.group(1).lines().toList());
    }

    @Test
    void itsLastCommandRunsThatProgram() throws Exception {
        List<String> commands = Page.of("getting-started.md").section("Try it").commands();

        assertThat(commands.get(commands.size() - 1)).endsWith(" " + FirstSteps.class.getName());
    }
}
