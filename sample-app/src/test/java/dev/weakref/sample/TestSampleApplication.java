package dev.weakref.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;

/** The application on a PostgreSQL that comes and goes with it, for development: {@code spring-boot:test-run}. */
class TestSampleApplication {

    public static void main(String[] args) {
        run(args);
    }

    static SpringApplication.Running run(String... args) {
        return SpringApplication.from(SampleApplication::main)
                .with(Database.class)
                .withAdditionalProfiles("postgres")
                .run(args);
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Database {

        @Bean
        @ServiceConnection
        Postgres postgres() {
            return new Postgres();
        }
    }
}
