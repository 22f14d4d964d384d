/** A policy of IAM that says who may use an account's logs, or those of one log group. */
export interface ResourcePolicy {
  readonly policyName?: string;
  readonly policyDocument: string;
  readonly lastUpdatedTime: number;
  readonly policyScope: 'ACCOUNT' | 'RESOURCE';
  readonly resourceArn?: string;
  readonly revisionId?: string;
}

/** A policy for all log groups of an account, such as which fields are indexed. */
export interface AccountPolicy {
  readonly policyName: string;
  readonly policyType: string;
  readonly policyDocument: string;
  readonly lastUpdatedTime: number;
  readonly scope: string;
  readonly selectionCriteria?: string;
}

/** A query of Logs Insights under a name. */
export interface QueryDefinition {
  readonly queryDefinitionId: string;
  readonly queryLanguage: string;
  readonly name: string;
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly lastModified: number;
  readonly parameters?: readonly object[];
  /** That of the request that made it; the same token names the same definition. */
  readonly clientToken?: string;
}

/** Where subscription filters of other accounts may send to. */
export interface Destination {
  readonly destinationName: string;
  readonly targetArn: string;
  readonly roleArn: string;
  readonly accessPolicy?: string;
  readonly creationTime: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A copy of a log group to S3 that was asked for. */
export interface ExportTask {
  readonly taskId: string;
  readonly taskName?: string;
  readonly logGroupName: string;
  readonly from: number;
  readonly to: number;
  readonly destination: string;
  readonly destinationPrefix: string;
  readonly status: { readonly code: 'PENDING' | 'CANCELLED'; readonly message: string };
  readonly executionInfo: { readonly creationTime: number; readonly completionTime?: number };
}

/** A policy of one log group: its text, and when it was put. */
export interface GroupPolicy {
  readonly policyDocument: string;
  readonly updatedTime: number;
}

/** Everything of an account beside its log groups. Nothing acts on it: it is stored and returned. */
export class Resources {
  /** By name, those of a log group by its ARN. */
  readonly resourcePolicies = new Map<string, ResourcePolicy>();
  /** By type and name. */
  readonly accountPolicies = new Map<string, AccountPolicy>();
  /** By id. */
  readonly queryDefinitions = new Map<string, QueryDefinition>();
  /** By name. */
  readonly destinations = new Map<string, Destination>();
  /** By id. */
  readonly exportTasks = new Map<string, ExportTask>();

  get isEmpty(): boolean {
    return Object.values(this.maps).every((map) => map.size === 0);
  }

  get maps() {
    const { accountPolicies, destinations, exportTasks, queryDefinitions, resourcePolicies } = this;
    return { resourcePolicies, accountPolicies, queryDefinitions, destinations, exportTasks };
  }
}
