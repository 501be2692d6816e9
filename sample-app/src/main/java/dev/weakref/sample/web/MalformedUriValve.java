package dev.weakref.sample.web;

import dev.weakref.sample.picture.Pictures;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.http.MediaType;

/**
 * Answers with a problem detail where Tomcat refuses an address, for an encoded slash or backslash in a name, before
 * it has looked for an application to handle it, let alone for one of Spring's controllers.
 */
final class MalformedUriValve extends ValveBase {

    MalformedUriValve() {
        super(true); // or no request behind it may be asynchronous
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (!response.isError()) {
            getNext().invoke(request, response);
            return;
        }
        response.setSuspended(false); // the refusal has closed it for all but those who report it
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setCharacterEncoding("UTF-8");
        response.getWriter()
                .write("{\"title\":\"Bad address\",\"status\":%d,\"detail\":\"The address is malformed. %s\"}"
                        .formatted(response.getStatus(), Pictures.NAME_RULE));
    }
}
