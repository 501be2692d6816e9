package dev.weakref.war;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;

/** Is started by the server. */
@SpringBootApplication
public class WarApplication extends SpringBootServletInitializer {

    @Override
    protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
        return builder.sources(WarApplication.class)
                .properties(
                        "management.endpoints.web.exposure.include=weakrefs",
                        "logging.level.root=warn",
                        "spring.main.banner-mode=off");
    }
}
