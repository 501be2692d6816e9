package dev.weakref.benchmarks.measurement;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** An application without beans of its own. When it has started, it prints what that took, and ends at once. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class IdleApplication {

    /** Before the figures: the loaded classes, and the processor time of the whole JVM in nanoseconds. */
    public static final String MARK = "STARTED ";

    public static void main(String[] arguments) {
        SpringApplication.run(IdleApplication.class, arguments);
        long nanos = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        long classes = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
        System.out.println(MARK + classes + " " + nanos);
        Runtime.getRuntime().halt(0); // what comes after the start is not measured
    }
}
