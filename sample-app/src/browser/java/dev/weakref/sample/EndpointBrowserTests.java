package dev.weakref.sample;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The page of the endpoint, as a person sees it. */
class EndpointBrowserTests {

    @TempDir
    static Path directory;

    private static ConfigurableApplicationContext application;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(SampleApplication.class)
                .run("--server.port=0", "--sample.data=" + directory);
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        application.close();
    }

    @Test
    void aBrowserShowsTheRegistry() {
        try (Page page = chromium.open(new NewContextOptions())) {
            page.navigate(endpoint());

            assertThat(page.locator("body")).containsText("weakRefFinalizerRegistry");
            Chromium.screenshot(page, "endpoint");
        }
    }

    private static String endpoint() {
        return "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port")
                + "/actuator/weakrefs";
    }
}
