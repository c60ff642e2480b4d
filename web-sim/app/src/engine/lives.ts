/** The conversation that a worker follows through a run, and what is asked about it. */
import type { FollowTold } from '../generated/types/FollowTold';
import type * as wasm from '../generated/wasm/pointsman';
import type { Calls } from './protocol';
import { described, inSlices, type OnTravel, type Opened } from './watched-floor';

export class Lives {
  readonly #opened: Opened;
  #life: number | null = null;
  #workspace: wasm.Workspace | null = null;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  async follow(
    { life, conversation, ...run }: Calls['life']['input'],
    onTravel: OnTravel,
    isCancelled: () => boolean,
  ): Promise<Calls['life']['answer']> {
    this.#life = null;
    const start = described(run, this.#opened);
    const workspace = this.#opened(run.files);
    workspace.follow(start, conversation);
    await inSlices((events) => {
      const told: FollowTold = JSON.parse(workspace.follow_for(events));
      if (told.at !== null) onTravel({ at: told.at });
      return told.done;
    }, isCancelled);
    const answer: Calls['life']['answer'] = JSON.parse(workspace.life());
    this.#workspace = workspace;
    this.#life = life;
    return answer;
  }

  why({ life, decision, search }: Calls['why']['input']): Calls['why']['answer'] {
    return JSON.parse(this.#followed(life).why(JSON.stringify(decision), search));
  }

  whatIf({ life, decision, goal }: Calls['whatIf']['input']): Calls['whatIf']['answer'] {
    return JSON.parse(this.#followed(life).what_if(JSON.stringify(decision), JSON.stringify(goal)));
  }

  lit({ life, decision }: Calls['lit']['input']): Calls['lit']['answer'] {
    return JSON.parse(this.#followed(life).lit(JSON.stringify(decision)));
  }

  keep({ life, decision, name }: Calls['keep']['input']): Calls['keep']['answer'] {
    return JSON.parse(this.#followed(life).keep(JSON.stringify(decision), name));
  }

  #followed(life: number): wasm.Workspace {
    if (!this.#workspace || this.#life !== life) throw new Error('the conversation is no longer there');
    return this.#workspace;
  }
}
