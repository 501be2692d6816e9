package dev.weakref;

import dev.weakref.internal.support.Names;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** The events themselves. Only {@link Jfr} may use this class, since it cannot be loaded without the recorder. */
final class JfrEvents {

    private static final String WEAKREF = "weakref";

    /** Asked whether such events are recorded, so that no object is made for each answer. */
    private static final Registered REGISTERED = new Registered();

    private static final Run RUN = new Run();

    private JfrEvents() {}

    static boolean recordsRegistrations() {
        return REGISTERED.isEnabled();
    }

    static void registered(FinalizerInfo finalizer, String registry) {
        Registered event = new Registered();
        if (event.shouldCommit()) {
            event.set(finalizer, registry);
            event.commit();
        }
    }

    static @Nullable Object runBegins() {
        if (!RUN.isEnabled()) {
            return null;
        }
        Run event = new Run();
        event.begin();
        return event;
    }

    static void runStops(Object begun) {
        ((Run) begun).end();
    }

    static void runEnded(Object begun, FinalizerRun run, String registry) {
        Run event = (Run) begun;
        if (event.shouldCommit()) {
            event.set(run.finalizer(), registry);
            event.trigger = run.trigger().name();
            event.outcome = run.outcome().name();
            event.failure = run.failure() == null ? null : run.failure().toString();
            event.commit();
        }
    }

    static void leak(Leak leak) {
        LeakFound event = new LeakFound();
        if (event.shouldCommit()) {
            event.set(leak.finalizer(), leak.registry());
            event.kind = leak.kind().name();
            event.commit();
        }
    }

    /** What every event about a finalizer says. */
    @Category(WEAKREF)
    @StackTrace(false)
    abstract static class AboutFinalizer extends Event {

        @Label("Registry")
        @Description("Name of its registry")
        @Nullable String registry;

        @Label("Id")
        @Description("Its number in the order of creation in its registry")
        long id;

        @Label("Name")
        @Description("Name given at registration, else the class of the action")
        @Nullable String name;

        @Label("Referent type")
        @Description("Class name of the referent; missing once the referent is gone")
        @Nullable String referentType;

        @Label("Action")
        @Description("Class of the action")
        @Nullable String action;

        @Label("Created by")
        @Description("Line that registered it, if the leak level recorded it, else the class of the action")
        @Nullable String createdBy;

        void set(FinalizerInfo info, String itsRegistry) {
            registry = Names.escape(itsRegistry);
            id = info.id();
            name = info.name();
            referentType = info.referentType();
            action = info.action();
            createdBy = info.createdBy() != null ? info.createdBy() : info.action();
        }
    }

    @Name("weakref.FinalizerRegistered")
    @Label("Finalizer registered")
    @Description("Registration of a finalizer, with its creation stack")
    @Enabled(false)
    @StackTrace
    static final class Registered extends AboutFinalizer {}

    @Name("weakref.FinalizerRun")
    @Label("Finalizer run")
    @Description("Run of a finalizer that has ended or timed out")
    @Threshold("0 ms")
    static final class Run extends AboutFinalizer {

        @Label("Trigger")
        @Description("Why it ran: EXPLICIT, UNREACHABLE or EXIT")
        @Nullable String trigger;

        @Label("Outcome")
        @Description("How it ended: SUCCESS, FAILURE or TIMEOUT")
        @Nullable String outcome;

        @Label("Failure")
        @Description("Exception that the action threw; missing unless the outcome is FAILURE")
        @Nullable String failure;
    }

    @Name("weakref.Leak")
    @Label("Leak")
    @Description("Leak that was found, or an overdue finalizer that was closed later")
    static final class LeakFound extends AboutFinalizer {

        @Label("Kind")
        @Description("What has happened: NOT_CLOSED, OVERDUE or RESOLVED")
        @Nullable String kind;
    }
}
