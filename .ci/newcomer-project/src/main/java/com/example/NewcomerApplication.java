package com.example;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Service;

/** Says on lines that begin with a star what has happened, for the script beside the pom to compare. */
@SpringBootApplication
public class NewcomerApplication {

    public static void main(String[] args) {
        System.out.println("* Boot " + SpringBootVersion.getVersion());
        ConfigurableApplicationContext context = SpringApplication.run(NewcomerApplication.class, args);
        Desk desk = context.getBean(Desk.class);

        Paper letter = desk.open("letter");
        System.out.println("* shared: " + (desk.open("letter") == letter));
        System.out.println("* closing");
        context.close();
        System.out.println("* closed");
    }

    @Service
    static class Desk {

        private final WeakValueMap<String, Paper> papers;

        Desk(FinalizerRegistry finalizers, WeakValueMap<String, Paper> papers) {
            this.papers = papers;
            finalizers.register(this, () -> System.out.println("* finalized"));
        }

        Paper open(String name) {
            return papers.computeIfAbsent(name, Paper::new);
        }
    }

    record Paper(String name) {}
}
