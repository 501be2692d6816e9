package dev.weakref.sample.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.WeakValueMap;
import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.RefusedException;
import dev.weakref.sample.SampleProperties;
import dev.weakref.sample.TestPictures;
import dev.weakref.sample.picture.PictureDecoder;
import dev.weakref.sample.picture.PictureFormat;
import dev.weakref.sample.picture.Pictures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.util.unit.DataSize;

class WorkspacesTests {

    @TempDir
    Path directory;

    private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .generateUniqueName(true)
            .addScript("schema.sql")
            .build();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final FinalizerRegistry registry =
            FinalizerRegistry.builder().name("sample").reportOpenAtExit(true).build();
    private DataDirectory data;
    private Pictures pictures;
    private Leases leases;
    private Workspaces workspaces;

    @BeforeEach
    void open() throws IOException {
        SampleProperties properties = properties(false);
        data = new DataDirectory(properties);
        pictures = new Pictures(data, new PictureDecoder(properties), properties, WeakValueMap.create(), event -> {});
        pictures.store("cat", new ByteArrayInputStream(TestPictures.png(20, 10)));
        leases = new Leases(data, jdbc);
        workspaces = new Workspaces(data, pictures, leases, Optional.empty(), properties, registry);
    }

    private SampleProperties properties(boolean mustBeClosed) {
        return new SampleProperties(directory.toString(), DataSize.ofMegabytes(1), 80, 1_000_000, mustBeClosed);
    }

    @AfterEach
    void close() {
        registry.close();
        data.close();
        database.shutdown();
    }

    @Test
    void openWorkspaceHasADirectoryAndALeaseAndAFinalizerForEach() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");

        assertThat(data.workspaces().resolve("1")).isDirectory();
        assertThat(leases()).isEqualTo(1);
        assertThat(registry.finalizers().map(FinalizerInfo::name))
                .containsExactly("workspace 1 lease", "workspace 1 directory");
        assertThat(workspace.state().width()).isEqualTo(20);
    }

    @Test
    void closingItClearsBothAndASecondTimeNothing() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");
        workspace.preview(5);

        workspace.close();
        workspace.close();

        assertNothingLeft();
    }

    @Test
    void closingTheRegistryClearsAll() throws IOException, SQLException {
        Workspace first = workspaces.open("cat");
        Workspace second = workspaces.open("cat");

        var report = registry.shutdown();

        assertThat(report.run()).isEqualTo(4);
        assertThat(report.failed()).isZero();
        assertNothingLeft();
        assertThat(first.id()).isLessThan(second.id());
    }

    @Test
    void whereTheLeaseCannotBeTakenNothingIsLeft() throws IOException {
        jdbc.sql("alter table lease add constraint none check (workspace < 0)").update();

        assertThatThrownBy(() -> workspaces.open("cat")).hasMessageContaining("NONE");

        assertNothingLeft();
    }

    @Test
    void whereTheDirectoryCannotBeMadeNothingIsLeft() throws IOException {
        Files.createDirectory(data.workspaces().resolve("1"));

        assertThatThrownBy(() -> workspaces.open("cat")).hasMessageContaining("workspaces");

        assertThat(leases()).isZero();
        assertThat(registry.stats().live()).isZero();
    }

    @Test
    void whatEndsUnclosedIsNoLeak() throws IOException, SQLException {
        workspaces.open("cat");

        registry.shutdown();

        assertThat(registry.stats().leaks(Leak.Kind.NOT_CLOSED)).isZero();
    }

    @Test
    void whatEndsUnclosedIsALeakWhereItMustBeClosed() throws IOException, SQLException {
        Workspaces strict = new Workspaces(data, pictures, leases, Optional.empty(), properties(true), registry);
        strict.open("cat").close();
        assertThat(registry.stats().leaks(Leak.Kind.NOT_CLOSED)).isZero();
        strict.open("cat");

        registry.shutdown();

        assertThat(registry.stats().leaks(Leak.Kind.NOT_CLOSED)).isEqualTo(2);
    }

    @Test
    void previewIsDrawnOnceAndKeptAmongItsFiles() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");

        byte[] preview = workspace.preview(10);

        assertThat(PictureFormat.of(preview)).contains(PictureFormat.PNG);
        assertThat(workspace.preview(10)).isEqualTo(preview);
        assertThat(workspace.state().files()).containsExactly("preview-10.png");
    }

    @Test
    void closedWorkspaceDrawsNothing() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");
        workspace.close();

        assertThatThrownBy(() -> workspace.preview(10)).isInstanceOf(RefusedException.class);
        assertThat(workspace.state().files()).isEmpty();
        assertNothingLeft();
    }

    @Test
    void leasesOfAnEarlierRunAreClearedButNotThoseOfAnotherDirectory() {
        insertLease(data.home(), "crashed");
        insertLease("elsewhere", "alive");

        new Leases(data, jdbc);

        assertThat(jdbc.sql("select run from lease").query(String.class).list()).containsExactly("alive");
    }

    @Test
    void leaseThatCannotBeReleasedIsReleasedLater() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");
        jdbc.sql("alter table lease rename to away").update();

        assertThatThrownBy(workspace::close).isInstanceOf(DataAccessException.class);
        leases.releaseUnreleased();
        jdbc.sql("alter table away rename to lease").update();

        assertThat(leases()).isEqualTo(1);
        leases.releaseUnreleased();
        assertNothingLeft();
    }

    @Test
    void leaseThatAppearsAfterItsReleaseIsReleasedAsWell() throws IOException, SQLException {
        Workspace workspace = workspaces.open("cat");
        jdbc.sql("alter table lease rename to away").update();
        assertThatThrownBy(workspace::close).isInstanceOf(DataAccessException.class);
        jdbc.sql("alter table away rename to lease").update();
        String run = jdbc.sql("select run from lease").query(String.class).single();
        jdbc.sql("delete from lease").update();

        leases.releaseUnreleased();
        insertLease(data.home(), run);
        leases.releaseUnreleased();

        assertNothingLeft();
    }

    @Test
    void leaseThatAppearsAfterItsTakingFailedIsReleasedAsWell() throws IOException {
        jdbc.sql("alter table lease add constraint none check (workspace < 0)").update();
        assertThatThrownBy(() -> workspaces.open("cat")).hasMessageContaining("NONE");
        jdbc.sql("alter table lease drop constraint none").update();

        insertLease(data.home(), data.run());
        leases.releaseUnreleased();

        assertNothingLeft();
    }

    private void insertLease(String home, String run) {
        jdbc.sql("insert into lease (home, run, workspace, picture) values (?, ?, 1, 'cat')")
                .params(home, run)
                .update();
    }

    private void assertNothingLeft() {
        assertThat(data.workspaces()).isEmptyDirectory();
        assertThat(leases()).isZero();
        assertThat(registry.stats().live()).isZero();
    }

    private long leases() {
        return jdbc.sql("select count(*) from lease").query(Long.class).single();
    }
}
