package dev.weakref.sample.web;

import java.util.List;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.web.server.WebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts {@link MalformedUriValve} into Tomcat. */
@Configuration(proxyBeanMethods = false)
class MalformedUriConfiguration {

    /** By name, because Tomcat's factory lies in other packages in Spring Boot 4 than in 3.5; you will use its type. */
    @Bean
    WebServerFactoryCustomizer<WebServerFactory> malformedUris() {
        return factory -> PropertyAccessorFactory.forBeanPropertyAccess(factory)
                .setPropertyValue("engineValves", List.of(new MalformedUriValve()));
    }
}
