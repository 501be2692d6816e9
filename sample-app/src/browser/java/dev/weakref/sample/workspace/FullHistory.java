package dev.weakref.sample.workspace;

import java.util.stream.LongStream;
import org.springframework.context.ApplicationContext;

/** The history of an application that many users have had workspaces in. */
public final class FullHistory {

    private FullHistory() {}

    /** Notes so many workspaces as opened, from 1 on. */
    public static void note(ApplicationContext application, long workspaces) {
        WorkspaceHistory history = application.getBean(WorkspaceHistory.class);
        LongStream.rangeClosed(1, workspaces).forEach(id -> history.opened(id, "cat", "another session"));
    }
}
