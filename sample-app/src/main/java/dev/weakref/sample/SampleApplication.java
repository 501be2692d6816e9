package dev.weakref.sample;

import java.util.List;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.web.server.WebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The application. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
class SampleApplication {

    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }

    /** By name, because Tomcat's factory lies in other packages in Spring Boot 4 than in 3.5; you will use its type. */
    @Bean
    WebServerFactoryCustomizer<WebServerFactory> badAddresses() {
        return factory -> PropertyAccessorFactory.forBeanPropertyAccess(factory)
                .setPropertyValue("engineValves", List.of(new BadAddressValve()));
    }
}
